import ConfigTree

/// How a family is told to read its configuration again: the Event of an unsolicited NOTIFY (RFC 6665 §8.2.1).
package struct ResyncShape: Hashable, Sendable {
    /// Makes it read its configuration again.
    package var event = ResyncShape.common
    /// Makes it reboot; `nil` where no way is known.
    package var rebootEvent: String?
    /// What such phones need in order to heed it from somebody who is not their registrar; completes "needs …".
    package var needs: String?

    /// What most makers take.
    package static let common = "check-sync"

    /// For a phone of which nothing is known: the forms that most makers share.
    package static let unknownFamily = ResyncShape(event: common, rebootEvent: common + ";reboot=true")

    package init(event: String = ResyncShape.common, rebootEvent: String? = nil, needs: String? = nil) {
        self.event = event
        self.rebootEvent = rebootEvent
        self.needs = needs
    }

    init?(_ node: ConfigNode, _ problems: ConfigProblems) {
        guard var map = MapReader(node, as: "resync", problems) else { return nil }
        let expected = "an event and its parameters, such as check-sync;reboot=true"
        let event = map.value("event", expected: expected) { ResyncShape.isEvent($0) ? $0 : nil }
        rebootEvent = map.value("reboot", expected: expected) { ResyncShape.isEvent($0) ? $0 : nil }
        needs = map.text("needs")
        map.finish()
        if event == nil, map.node("event") == nil {
            problems.add("resync needs an event, such as check-sync", at: node.place)
        }
        guard let event else { return nil }
        self.event = event
    }

    /// `token *( ";" token [ "=" token ] )`, which is less than the RFC allows and all that any phone wants.
    static func isEvent(_ text: String) -> Bool {
        guard text.utf8.count <= 200 else { return false }
        return text.split(separator: ";", omittingEmptySubsequences: false).enumerated().allSatisfy { place, part in
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return halves.allSatisfy(isToken) && (place > 0 || halves.count == 1)
        }
    }

    /// RFC 3261 §25.1.
    private static func isToken(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-.!%*_+`'~".utf8.contains(byte)
                }
            }
    }
}
