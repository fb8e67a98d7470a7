import Foundation
import TestSupport
import Testing

@testable import CommandLine

/// Commands that stand in the running text of the pages. Those in blocks of their own are run, by DocumentationTests.
@Suite struct DocumentedCommandTests {
    private static let pages: [String] = {
        let docs = (try? FileManager.default.contentsOfDirectory(atPath: repository.appending(path: "docs").path)) ?? []
        return ["README.md", "SECURITY.md", "CONTRIBUTING.md"] + docs.filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }.sorted()
    }()

    /// What stands between backquotes in a page, without the blocks, in words.
    private static func spans(of page: String) throws -> [[String]] {
        let text = try String(contentsOf: repository.appending(path: page), encoding: .utf8)
        let running = text.components(separatedBy: "```").enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        let prose = running.flatMap { $0.split(separator: "\n").filter { !$0.hasPrefix("    ") } }.joined(separator: "\n")
        return prose.split(separator: "`", omittingEmptySubsequences: false).enumerated().compactMap { offset, part in
            let words = part.split(whereSeparator: \.isWhitespace).map(String.init)
            return offset.isMultiple(of: 2) ? nil : words.first == "sudo" ? Array(words.dropFirst()) : words
        }
    }

    @Test func `there are such commands`() throws {
        let commands = try DocumentedCommandTests.pages.flatMap(DocumentedCommandTests.spans).filter { $0.first == "bellhop" }
        #expect(commands.filter { $0.count > 1 }.count > 30)
    }

    @Test(arguments: pages) func `each is one that bellhop has, with flags that it takes`(page: String) throws {
        for words in try DocumentedCommandTests.spans(of: page) where words.first == "bellhop" && words.count > 1 {
            if ["--version", "--help", "help"].contains(words[1]) { continue }
            let said = Comment(rawValue: words.joined(separator: " "))
            let grammar = try #require(BellhopCommand.grammars.first { $0.command == words[1] }, said)
            for flag in words where flag.hasPrefix("--") {
                #expect(grammar.flags.contains(String(flag.prefix { $0 != "=" })), said)
            }
        }
    }

    @Test(arguments: pages) func `each is one that the Makefile knows`(page: String) throws {
        let makefile = try String(contentsOf: repository.appending(path: "Makefile"), encoding: .utf8)
        let targets = makefile.split(separator: "\n").compactMap {
            $0.first?.isLetter == true ? $0.split(separator: ":").first : nil
        }
        for words in try DocumentedCommandTests.spans(of: page) where words.first == "make" && words.count > 1 {
            for word in words.dropFirst() where !word.contains("=") {
                #expect(targets.contains(word[...]), Comment(rawValue: words.joined(separator: " ")))
            }
        }
    }
}
