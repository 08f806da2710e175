"""Of the video service: calls given and given back, and what is collected in one until it lies at the window."""
