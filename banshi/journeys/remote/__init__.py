"""Of the video service: calls given and given back, calls for a booked time, and what is collected in one until it lies at the
window."""
