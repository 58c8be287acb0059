"""The list of recordings and the page of one."""
