"""Where the house itself is heard: Slack, e-mail, PagerDuty, a signed webhook, SMS."""
