import Foundation
import TestSupport
import Testing

/// What a page of documentation has people do: in this order.
private enum Step {
    /// A block behind a line that ends with "`/path`:" is that file.
    case file(path: String, text: String)
    /// A line behind a prompt in a `console` block, and the lines beneath it.
    case command(String, on: String, shows: [String], needs: String?)

    /// Of a page, in order. In what is shown `…` stands for anything within a line, and alone in a line for any lines.
    static func all(of page: String) -> [Step] {
        var steps: [Step] = []
        var lines = page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...]
        var named: String?
        while let line = lines.popFirst() {
            guard line.hasPrefix("```") else {
                if !line.isEmpty { named = line.firstMatch(of: /`(\/[^`]+)`:$/).map { String($0.1) } }
                continue
            }
            let info = line.dropFirst(3).split(separator: " ")
            let block = Array(lines.prefix { $0 != "```" })
            lines = lines.dropFirst(block.count + 1)
            if info.first == "console" {
                steps += commands(block, needs: info.dropFirst().first { $0.hasPrefix("needs=") }.map { String($0.dropFirst(6)) })
            } else if let path = named {
                steps.append(.file(path: path, text: block.joined(separator: "\n") + "\n"))
            }
            named = nil
        }
        return steps
    }

    private static func commands(_ block: [String], needs: String?) -> [Step] {
        var steps: [Step] = []
        for line in block {
            if let (prompt, role) = PageScene.prompts.first(where: { line.hasPrefix($0.key) }) {
                steps.append(.command(String(line.dropFirst(prompt.count)), on: role, shows: [], needs: needs))
            } else if case .command(let command, let role, let shown, let needs)? = steps.popLast() {
                steps.append(.command(command, on: role, shows: shown + [line], needs: needs))
            }
        }
        return steps
    }
}

/// Whether a command reads what the daemon has written down of phones.
private func looksAtRecords(_ command: String) -> Bool {
    ["why", "devices", "timeline"].contains { command.hasPrefix("sudo bellhop \($0)") }
}

extension Program.Outcome {
    fileprivate var lines: ArraySlice<String> {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return lines.last == "" ? lines.dropLast() : lines[...]
    }
}

/// Whether lines are as a page shows them.
private func agree(_ lines: ArraySlice<String>, _ shown: ArraySlice<String>) -> Bool {
    guard let first = shown.first else { return lines.isEmpty }
    if first == "…" {
        return agree(lines, shown.dropFirst()) || (!lines.isEmpty && agree(lines.dropFirst(), shown))
    }
    guard let line = lines.first else { return false }
    let pieces = first.split(separator: "…", omittingEmptySubsequences: false).map(String.init)
    var rest = line[...]
    for (index, piece) in pieces.enumerated() where !piece.isEmpty {
        if index == 0 {
            guard rest.hasPrefix(piece) else { return false }
            rest = rest.dropFirst(piece.count)
        } else if index == pieces.count - 1 {
            guard rest.hasSuffix(piece) else { return false }
            rest = ""
        } else {
            guard let range = rest.range(of: piece) else { return false }
            rest = rest[range.upperBound...]
        }
    }
    let isWhole = rest.isEmpty || pieces.last?.isEmpty == true
    return isWhole && agree(lines.dropFirst(), shown.dropFirst())
}

extension LabTests.Files {
    /// Each command of the pages for users, run in order on machines like those that they speak of.
    @Suite struct DocumentationTests {
        private static let pages = [
            "staging-bench", "beside-dhcp", "relays-and-vlans", "https-and-secrets", "moving", "troubleshooting",
        ]

        @Test(arguments: pages)
        func `does what it says`(page name: String) throws {
            let page = try String(contentsOf: repository.appending(path: "docs/\(name).md"), encoding: .utf8)
            let scene = try PageScene(
                isBench: page.contains("answer: lease\n"), isLeasing: page.contains("from 192.168.50.254"))
            defer { scene.end() }
            let steps = Step.all(of: page)
            #expect(steps.count > 3)
            // Each configuration is read by `bellhop check` before the daemon reads it.
            var isChecked = true
            for step in steps {
                switch step {
                case .file(let path, let text):
                    try scene.write(text, to: path)
                    isChecked = isChecked && path != "/etc/bellhop/bellhop.yaml"
                case .command(let command, let role, let shows, let needs):
                    if needs == "8021q", try !scene.knowsVLANs() { continue }
                    isChecked = isChecked || command.hasSuffix("bellhop check")
                    #expect(isChecked || !command.contains("systemctl"), "\(name): \(command)")
                    var outcome = try scene.run(command, on: role)
                    // What happened is on record a moment after it did.
                    for _ in 0..<50 where looksAtRecords(command) && !agree(outcome.lines, shows[...]) {
                        usleep(100_000)
                        outcome = try scene.run(command, on: role)
                    }
                    let isSame = agree(outcome.lines, shows[...])
                    // Some end with a "no" that is shown; none is unknown or wrongly used. What stands behind depends on it.
                    let hasRun = outcome.status == 0 || (!shows.isEmpty && ![64, 126, 127].contains(outcome.status))
                    guard !(isSame && hasRun) else { continue }
                    throw LabFailure(
                        "\(name): \(command)\nends with \(outcome.status) and says\n\(outcome.text)\nwhere the page has\n"
                            + shows.joined(separator: "\n"))
                }
            }
        }

        @Test func `README names each page, and no page leads nowhere`() throws {
            let readme = try String(contentsOf: repository.appending(path: "README.md"), encoding: .utf8)
            for name in DocumentationTests.pages.map({ "docs/\($0).md" }) + ["SECURITY.md"] {
                #expect(readme.contains("(\(name)"), "\(name)")
            }
            let docs = try FileManager.default.subpathsOfDirectory(atPath: repository.appending(path: "docs").path)
            let pages =
                ["README.md", "SECURITY.md", "CONTRIBUTING.md"] + docs.filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }
            for page in pages {
                let url = repository.appending(path: page)
                for match in try String(contentsOf: url, encoding: .utf8).matches(of: /\]\(([^)#:]*)(?:#([^)]*))?\)/) {
                    let target = match.1.isEmpty ? url : url.deletingLastPathComponent().appending(path: String(match.1))
                    #expect(FileManager.default.fileExists(atPath: target.path), "\(page) leads to \(match.1)")
                    guard let heading = match.2, target.pathExtension == "md" else { continue }
                    let headings = try DocumentationTests.headings(String(contentsOf: target, encoding: .utf8))
                    #expect(headings.contains(String(heading)), "\(page) leads to \(match.1)#\(heading)")
                }
            }
        }

        /// As links name them: in lower case, with - for each space, and nothing but letters, digits, - and _.
        private static func headings(_ page: String) -> [String] {
            page.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
                let words = line.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
                return String(
                    words.compactMap { $0 == " " ? "-" : $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" ? $0 : nil })
            }
        }
    }
}
