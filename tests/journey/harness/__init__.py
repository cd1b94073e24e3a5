"""What the journeys share: a topology, real peers, the appliance, and checks."""
