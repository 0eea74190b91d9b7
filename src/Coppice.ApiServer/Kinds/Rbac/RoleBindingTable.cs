using Coppice.ApiServer.Tables;
using Coppice.Objects;
using Coppice.Objects.Rbac;

namespace Coppice.ApiServer.Kinds.Rbac;

/// <summary>RoleBindings and ClusterRoleBindings look the same.</summary>
internal sealed class RoleBindingTable<T>(Func<T, (RoleRef Role, ValueList<Subject> Subjects)> factsOf) : KindTable<T>
    where T : KubernetesObject
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Role", "The role that is given."),
        TableColumn.Age,
        TableColumn.Wide("Users", "The users that have it."),
        TableColumn.Wide("Groups", "The groups that have it."),
        TableColumn.Wide("ServiceAccounts", "The service accounts that have it."),
    ];

    protected override IReadOnlyList<object> Cells(T item, DateTimeOffset now)
    {
        var (role, subjects) = factsOf(item);
        return
        [
            Name(item),
            $"{role.Kind}/{role.Name}",
            Age(item, now),
            Join(SubjectKind.User, subject => subject.Name),
            Join(SubjectKind.Group, subject => subject.Name),
            Join(SubjectKind.ServiceAccount, subject => $"{subject.Namespace}/{subject.Name}"),
        ];

        string Join(string kind, Func<Subject, string> text) => string.Join(", ", subjects.Where(subject => subject.Kind == kind).Select(text));
    }
}
