import ConfigTree
import Packets
import Provisioning

/// One thing in a file tree that a phone would stumble over.
package struct LintFinding: Hashable, Sendable {
    package enum Severity: String, Sendable, CaseIterable {
        /// A phone will not get what was meant for it.
        case error
        /// It may be meant so.
        case warning
    }

    /// What was looked for; stable names for scripts.
    package enum Rule: String, Sendable, CaseIterable {
        case unknownName = "unknown-name"
        case misspeltName = "misspelt-name"
        case wrongCase = "wrong-case"
        case notXML = "not-xml"
        case noMergeType = "no-merge-type"
        case noVersionFile = "no-version-file"
        case groupMissing = "group-missing"
        case groupNotListed = "group-not-listed"
        case badListLine = "bad-list-line"
        case longLine = "long-line"
        case sectionWithoutVersion = "section-without-version"
        case namedFileMissing = "named-file-missing"
        case deadLink = "dead-link"
        case serverNotFilledIn = "server-not-filled-in"
        case template
    }

    package let rule: Rule
    package let severity: Severity
    package let place: ConfigPlace
    /// What is so, without a full stop.
    package let sentence: String
    package let advice: String

    package init(_ rule: Rule, _ severity: Severity, at place: ConfigPlace, _ sentence: String, do advice: String) {
        self.rule = rule
        self.severity = severity
        self.place = place
        self.sentence = sentence
        self.advice = advice
    }
}

/// What an XML document is, as far as it is looked at.
package enum XMLForm: Hashable, Sendable {
    /// Well-formed: its first element's name and attributes, and the line where that begins.
    case root(String, [String: String], line: Int)
    case fault(line: Int, String)
}

package enum LintLimits {
    /// In bytes. Configuration is shorter by far; what is longer is firmware or a picture, and is not looked into.
    package static let longestFile = 1 << 20
    /// Names that are compared with all that phones ask for.
    package static let mostCompared = 500
    /// Findings of one rule in one file.
    static let mostInFile = 20
}

/// A file as a phone gets it.
package struct LintedFile: Sendable {
    /// On disk, beneath the root.
    package let path: String
    /// The name beneath the root by which it is served.
    package let servedPath: String
    package let bytes: [UInt8]
    /// `nil` where it is no XML and need not be.
    package let xml: XMLForm?
    /// Whom it was made for, where it is made from a template: its lines are not the template's.
    package let madeFor: MACAddress?

    package init(_ file: TreeFile, bytes: [UInt8], xml: XMLForm?, madeFor: MACAddress? = nil) {
        path = file.path
        servedPath = file.servedPath
        self.bytes = bytes
        self.xml = xml
        self.madeFor = madeFor
    }

    /// Whether a file has to be XML: by its name, or because it says so.
    package static func isXML(_ name: String, _ bytes: [UInt8]) -> Bool {
        name.lowercased().hasSuffix(".xml") || bytes.drop { $0 <= 0x20 }.starts(with: "<?xml".utf8)
    }

    /// Where a line stands, and what is to be said of it.
    func finding(
        _ rule: LintFinding.Rule, _ severity: LintFinding.Severity, line: Int = 1, _ sentence: String, do advice: String
    ) -> LintFinding {
        guard let madeFor else {
            return LintFinding(rule, severity, at: ConfigPlace(file: path, line: line), sentence, do: advice)
        }
        return LintFinding(
            rule, severity, at: ConfigPlace(file: path, line: 1), "in line \(line) of what is made for \(madeFor): \(sentence)",
            do: advice)
    }

    /// Lines without their ends, numbered from 1.
    var lines: [(number: Int, text: ArraySlice<UInt8>)] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated().map { place, line in
            (place + 1, line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }
    }
}
