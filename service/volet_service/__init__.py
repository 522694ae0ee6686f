"""The hub: stores ciphertext, decides by the policy, logs before it releases. It holds no key that opens anything."""
