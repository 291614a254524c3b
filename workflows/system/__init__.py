"""Small workflows of Daypass itself: alarms, sign-ins, rejected requests, and the policy in force."""
