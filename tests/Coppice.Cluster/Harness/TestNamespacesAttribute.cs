using System.Collections.Concurrent;
using System.Reflection;
using Coppice.Cluster.Harness;
using Xunit.v3;

[assembly: TestNamespaces]

namespace Coppice.Cluster.Harness;

/// <summary>
/// Ends the namespaces of a test when it has ended. Only then is it known whether it failed, and a test that failed tells what its
/// namespaces looked like: whoever reads a log of tests from elsewhere has nothing but that.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class TestNamespacesAttribute : BeforeAfterTestAttribute
{
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<TestNamespace>> OfTests = new();

    // The runner's own hook does not wait for tasks.
    public override void After(MethodInfo methodUnderTest, IXunitTest test) => Task.Run(() => EndAsync(test)).GetAwaiter().GetResult();

    /// <summary>Hands a namespace to the test that is running.</summary>
    internal static void Add(TestNamespace ns) => OfTests.GetOrAdd(TestContext.Current.Test!.UniqueID, _ => []).Enqueue(ns);

    private static async Task EndAsync(IXunitTest test)
    {
        if (!OfTests.TryRemove(test.UniqueID, out var namespaces))
        {
            return;
        }

        foreach (var ns in namespaces)
        {
            if (TestContext.Current.TestState?.Result == TestResult.Failed)
            {
                TestContext.Current.TestOutputHelper?.WriteLine(await ns.DescribeAsync());
            }

            await ns.DeleteAsync();
        }
    }
}
