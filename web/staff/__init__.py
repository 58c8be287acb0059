"""Technicians, teams and work orders."""
