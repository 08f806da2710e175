"""A hall as its people run it: set up, steered, its rules and matters changed, its days closed; what is due by itself."""
