import Provisioning

/// How far a phone got in its boot; each stage includes those before it.
package enum Stage: String, CaseIterable, Comparable, Sendable {
    /// Something of it was heard.
    case seen
    /// It asked for its configuration or an address.
    case asked
    /// bellhop told it something.
    case answered
    /// It asked for a first file.
    case came
    /// It has a first file, whole.
    case fetched
    /// It has all that its family needs.
    case done
    /// It came again later, to see whether anything is new.
    case polling

    static let inOrder = Array(allCases)

    package static func < (left: Stage, right: Stage) -> Bool { left.order < right.order }

    var order: Int {
        switch self {
        case .seen: 0
        case .asked: 1
        case .answered: 2
        case .came: 3
        case .fetched: 4
        case .done: 5
        case .polling: 6
        }
    }
}

extension RecordedDevice {
    /// How far it got: what has no stage on record was heard.
    package var stageName: String { stage ?? Stage.seen.rawValue }
}
