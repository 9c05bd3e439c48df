"""台账: what is known of every work item; imports settings and what is below them."""
