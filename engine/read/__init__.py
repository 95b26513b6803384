"""What a page looks at: one module per page, frozen rows out."""
