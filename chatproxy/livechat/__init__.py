"""LiveChat's own protocol: accounts, Customer Chat API, RTM, structures, pushes, errors."""
