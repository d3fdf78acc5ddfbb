"""How people reach the bot: the shopper's widget, the agent's CRM, and the page that holds them."""
