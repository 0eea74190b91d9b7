using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Coppice.Node.Tests;

/// <summary>What the node writes to its log.</summary>
public sealed class LogLineTests
{
    [Fact]
    public void Every_line_has_a_number_of_its_own()
    {
        const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var lines = typeof(NodeAgent).Assembly.GetTypes().SelectMany(type => type.GetMethods(All)).SelectMany(method => method.GetCustomAttributes<LoggerMessageAttribute>()).ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.InRange(line.EventId, 3001, 3999));
        Assert.Equal(lines.Count, lines.DistinctBy(line => line.EventId).Count());
    }
}
