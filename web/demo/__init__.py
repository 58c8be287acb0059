"""The demo archive: invented technicians, orders and conversations of twelve weeks."""
