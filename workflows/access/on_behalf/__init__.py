"""On behalf of somebody else: one person asks, and it becomes the other's own request once they accept it.

Whoever will have the access is the requester by every rule, and whoever asked for them decides no more than they do. No
approver is asked before they accept. The rules are looked at twice, both times for whoever will have the access.
"""
