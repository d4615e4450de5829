"""Many short series at once: one hierarchical model of log growth, pooled over the panel.

``panel`` checks the frame, ``parameters`` names the priors, ``kernel`` holds the filter and the
simulation, ``posterior`` the discounted likelihood, ``sampler`` draws the pooled parameters,
``common`` the correlation of shocks, ``result`` is what readers meet, ``api`` the door.
"""
