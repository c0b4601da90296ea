// LiveChat's older LC_API, on top of LiveChatWidget. Fetched when a page first touches LC_API.
