/// Values that were used lately, up to a bounded cost: what was not asked for since half of that was kept anew goes. Public and
/// inlinable, since other modules keep one value of each request in it: what is `package` they take in its generic form, at several times
/// the instructions.
public struct RecentlyUsed<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    @usableFromInline typealias Half = [Key: (value: Value, cost: Int)]

    /// What was asked for since the last turn, and what was asked for in the one before.
    @usableFromInline var young: Half = [:]
    @usableFromInline var old: Half = [:]
    @usableFromInline var youngCost = 0
    @usableFromInline let costOfHalf: Int

    /// - Parameter cost: of all values together, in whatever unit ``keep(_:for:cost:)`` counts.
    @inlinable public init(cost: Int) {
        costOfHalf = cost / 2
    }

    /// Counts as use.
    @inlinable public mutating func value(for key: Key) -> Value? {
        if let entry = young[key] { return entry.value }
        guard let entry = old.removeValue(forKey: key) else { return nil }
        keep(entry.value, for: key, cost: entry.cost)
        return entry.value
    }

    /// Changes a value where it lies, which counts as use; `nil` where there is none.
    @inlinable public mutating func change<Result>(_ key: Key, _ body: (inout Value) -> Result) -> Result? {
        if let place = young.index(forKey: key) { return body(&young.values[place].value) }
        guard var entry = old.removeValue(forKey: key) else { return nil }
        let result = body(&entry.value)
        keep(entry.value, for: key, cost: entry.cost)
        return result
    }

    @inlinable public mutating func remove(_ key: Key) -> Value? {
        guard let entry = young.removeValue(forKey: key) else { return old.removeValue(forKey: key)?.value }
        youngCost -= entry.cost
        return entry.value
    }

    @inlinable public mutating func keep(_ value: Value, for key: Key, cost: Int = 1) {
        if youngCost + cost > costOfHalf { (old, young, youngCost) = (young, [:], 0) }
        if let earlier = young.updateValue((value, cost), forKey: key) { youngCost -= earlier.cost }
        youngCost += cost
    }
}
