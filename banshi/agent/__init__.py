"""The program on a kiosk's or window's PC: it fetches the machine's orders, does them once, and says how they went.

It knows nothing of the server but its API, and of this product but the kernel. See README.md.
"""
