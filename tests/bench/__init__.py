"""``make bench``: ours beside a peer, alternating in one run, as medians and their ratio."""
