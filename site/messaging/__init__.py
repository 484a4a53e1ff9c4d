"""Mail: what is sent, and the mailbox page of demo and development."""
