import Diagnosis
import Packets
import Provisioning

/// `bellhop why`: where one phone stands, and what holds it back. Exit status 0 where it has all that it needs.
enum WhyCommand {
    static let grammar = Arguments.Grammar(
        command: "why",
        usage: "MAC [--config FILE] [--state DIR] [--json] [--site SITE|all [--database URL] [--password-file FILE]]",
        values: [
            "--config": "FILE", "--state": "DIR", "--site": "SITE", "--database": "URL", "--password-file": "FILE",
        ], switches: ["--json"],
        words: 1...1)

    static func run(_ arguments: Arguments) throws(Exit) {
        let mac = try macAddress(arguments.words[0])
        let (phone, label) = try phone(mac, arguments)
        let verdict = Verdict(of: phone)
        if arguments.has("--json") {
            BellhopCommand.say(Records.reports.verdict(verdict, of: mac).prettyText)
        } else {
            BellhopCommand.say(text(verdict, phone, label: label))
        }
        if !verdict.isDone { throw Exit(.no) }
    }

    private static func phone(_ mac: MACAddress, _ arguments: Arguments) throws(Exit) -> (PhoneCase, label: String?) {
        if let site = arguments.text("--site") { return try FleetAccess(arguments).phone(mac, site: site) }
        let records = try Records(arguments)
        return (try records.phone(mac), records.label(mac))
    }

    static func text(_ verdict: Verdict, _ phone: PhoneCase, label: String?) -> String {
        let who = [
            phone.mac.colons, label.map { "\"\($0)\"" }, phone.identity.vendor, phone.identity.model,
            phone.device?.address.map { "at \($0)" },
        ]
        var lines = [who.compactMap { $0 }.joined(separator: " ")]
        for (place, finding) in verdict.findings.enumerated() {
            lines.append(
                (place == 0 ? "" : "also: ") + capitalised(finding.sentence) + (finding.sentence.hasSuffix("?") ? "" : "."))
            if let advice = finding.advice { lines.append("  to do: \(advice)") }
        }
        if let boot = verdict.boot { lines.append(stages(boot.progress, today: date(phone.now))) }
        return lines.joined(separator: "\n")
    }

    /// `seen 09:04:01, asked +0.0 s (dhcp-inform), answered +0.0 s`
    private static func stages(_ boot: BootProgress, today: String) -> String {
        Stage.allCases.compactMap { stage -> String? in
            guard let time = boot.time(of: stage) else { return nil }
            if stage == .seen { return "seen \(dateAndClock(time, today: today))" }
            let by = stage == .asked ? boot.askedBy.map { " (\($0))" } ?? "" : ""
            return "\(stage.rawValue) \(offset(time.microseconds - boot.begun.microseconds))\(by)"
        }.joined(separator: ", ")
    }

    private static func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
