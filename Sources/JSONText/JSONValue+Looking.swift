// What a reader of JSON asks: what is not there, or is of another type, is `nil`.
extension JSONValue {
    /// The member of an object.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.0 == name }?.1
    }

    package var members: [(String, JSONValue)]? {
        if case .object(let members) = self { members } else { nil }
    }

    package var items: [JSONValue]? {
        if case .array(let items) = self { items } else { nil }
    }

    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    package var integer: Int? {
        if case .number(let number) = self { number } else { nil }
    }

    package var boolean: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }
}
