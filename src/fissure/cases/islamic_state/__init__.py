"""The reference case: the Islamic State in Iraq and Syria, 30 June 2014 to 25 March 2019."""
