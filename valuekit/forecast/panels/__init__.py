"""Many short series at once: one hierarchical model of log growth, pooled over the panel.

``panel`` checks the frame, ``parameters`` names the priors, ``kernel`` holds the filter and the
simulation, ``posterior`` the discounted likelihood, ``sampler`` draws the pooled parameters,
``kept`` keeps the chains, ``common_shock`` correlates the shocks of a period, ``line`` leans draws
towards a straight line on levels, ``result`` is what readers meet, ``api`` the door.
"""
