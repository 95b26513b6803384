"""One state of the whole database, copied while everybody goes on writing; and put back."""
