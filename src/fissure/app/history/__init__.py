"""History: a stored run beside what was published, week by week; reading it and simulating another."""
