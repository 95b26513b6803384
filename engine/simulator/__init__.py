"""A stand-in for WhatsApp's Cloud API: a pure, seeded model of Meta, and its HTTP face."""
