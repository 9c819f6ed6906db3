"""How it is scored: views of scores, small examples that move, and a place to score one's own pair."""
