import HTTPSemantics
import Testing

@Suite struct `Dates` {
    /// 2026-07-01
    static let now = HTTPDate(seconds: 1_782_864_000)

    @Test(arguments: [
        ("IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ("RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("asctime", "Sun Nov  6 08:49:37 1994", 784_111_777),
        ("the beginning", "Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("a leap day", "Thu, 29 Feb 2024 12:00:00 GMT", 1_709_208_000),
        ("a leap day of a century", "Tue, 29 Feb 2000 00:00:00 GMT", 951_782_400),
        ("a leap second", "Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_799),
        ("beyond 32 bits", "Tue, 19 Jan 2038 03:14:08 GMT", 2_147_483_648),
        ("the end", "Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
        ("two digits, in this century", "Wednesday, 01-Jan-70 00:00:00 GMT", 3_155_760_000),
        ("two digits, more than 50 years ahead", "Saturday, 01-Jan-77 00:00:00 GMT", 220_924_800),
    ])
    func `H5 each of the three formats is read`(what: String, text: String, seconds: Int64) {
        #expect(HTTPDate(text, now: Self.now)?.seconds == seconds, "\(what)")
    }

    @Test(arguments: [
        "", "yesterday", "0", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 31 Nov 1994 08:49:37 GMT", "Wed, 29 Feb 2023 00:00:00 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT", "Xun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 994 08:49:37 GMT",
        "Sun, 06 Nov 99999999999999999999 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 06 Nov 1969 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun Nov  6 08:49 1994",
    ])
    func `H5 what is no date is none`(text: String) {
        #expect(HTTPDate(text, now: Self.now) == nil)
    }

    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (-5, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (Int64.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ])
    func `H7 a date is written as IMF-fixdate`(seconds: Int64, text: String) {
        #expect(HTTPDate(seconds: seconds).description == text)
    }

    @Test func `what is written is read as the same second`() {
        for seconds in stride(from: Int64(0), to: 10_000_000_000, by: 8_640_017) {
            let date = HTTPDate(seconds: seconds)
            #expect(HTTPDate(date.description, now: Self.now) == date)
        }
    }
}
