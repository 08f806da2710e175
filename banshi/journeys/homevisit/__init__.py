"""上门服务: a visit that begins where somebody rings up."""
