"""The only package that speaks Meta: requests out, answers and webhooks in."""
