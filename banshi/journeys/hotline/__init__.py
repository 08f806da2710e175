"""热线: what a caller ever had to do with the halls, and an order taken down with its line or its answer."""
