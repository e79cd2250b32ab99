"""What webhooks and queues have in common: places in the feeds, rights, snapshots."""
