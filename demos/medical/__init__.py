"""The medical panel: volumes in the browser, segmented by what core offers. Research use only, not a medical device."""
