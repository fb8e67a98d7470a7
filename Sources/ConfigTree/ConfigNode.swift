/// Where something stands in a configuration: the file as the user named it, and the line from 1.
package struct ConfigPlace: Hashable, Sendable {
    package let file: String
    package let line: Int

    package init(file: String, line: Int) {
        self.file = file
        self.line = line
    }
}

extension ConfigPlace: CustomStringConvertible {
    package var description: String { "\(file):\(line)" }
}

/// One value of a parsed configuration and the place where it stands. Scalars stay text until somebody asks for a type: YAML 1.1
/// would read `00:04:13` as a number to the base of 60.
package struct ConfigNode: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        /// Nothing, `~` or `null` without quotes: as if the key were absent.
        case empty
        case scalar(String)
        case list([ConfigNode])
        case map([Entry])
    }

    package struct Entry: Sendable, Equatable {
        package let key: String
        package let keyPlace: ConfigPlace
        package let value: ConfigNode

        package init(key: String, keyPlace: ConfigPlace, value: ConfigNode) {
            self.key = key
            self.keyPlace = keyPlace
            self.value = value
        }
    }

    package let place: ConfigPlace
    package let content: Content

    package init(_ content: Content, at place: ConfigPlace) {
        self.content = content
        self.place = place
    }

    /// The items of a list; anything else stands for a list of itself.
    package var items: [ConfigNode] {
        if case .list(let items) = content { items } else { [self] }
    }

    /// Neither a value, nor an item, nor a key.
    package var holdsNothing: Bool {
        switch content {
        case .empty: true
        case .scalar: false
        case .list(let items): items.isEmpty
        case .map(let entries): entries.isEmpty
        }
    }

    /// What it is, for a message about a wrong type.
    package var kind: String {
        switch content {
        case .empty: "nothing"
        case .scalar: "a single value"
        case .list: "a list"
        case .map: "a group of keys"
        }
    }
}
