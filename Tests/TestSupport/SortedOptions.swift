import DHCPMessages

extension DHCPMessage {
    /// The same with its options in the order of their numbers: what leaves its place to find room elsewhere comes back in another.
    package var withSortedOptions: DHCPMessage {
        var sorted = self
        sorted.options = DHCPOptions()
        for option in options.all.sorted(by: { $0.code.rawValue < $1.code.rawValue }) {
            sorted.options[option.code] = option.value
        }
        return sorted
    }
}
