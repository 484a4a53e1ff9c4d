"""What has no domain of its own: snapshots, the outbox, schedules, slots, shared blocks."""
