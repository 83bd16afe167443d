"""The web: pages for agents and supervisors, public interfaces."""
