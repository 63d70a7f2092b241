"""What happens to a recording around its voices."""
