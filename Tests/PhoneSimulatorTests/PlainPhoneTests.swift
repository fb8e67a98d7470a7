import Testing

@testable import PhoneSimulator

@Suite struct `Any phone` {
    @Test func `a phone of which nothing else is known asks for every name that can be told in advance`() throws {
        var play = try Play("grandstream", [:])
        let asked = try play.visit()
        #expect(!asked.isEmpty && !asked.contains { $0.contains("*") || $0.contains("?") || $0.contains("{") })
    }

    @Test(arguments: ["ale-dbid", "alcatel-ot4135", "snom-desk", "spectralink-ipdect"])
    func `a settings file that is not well-formed tells it nothing, and it says so`(id: String) throws {
        var play = try Play(id, [:])
        let names = try play.visit().filter { $0.hasPrefix("-") }.map { String($0.dropFirst()) }
        let first = try #require(names.first)
        play.files[first] = "<a>\n<b></a>"
        let steps = try play.visit()
        #expect(steps.first == first && steps.dropFirst().first?.hasPrefix(": \(first) is no XML (line 2: ") == true, "\(steps)")
    }
}
