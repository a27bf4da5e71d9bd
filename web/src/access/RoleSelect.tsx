// One of the roles there are.
import { useQuery } from "@tanstack/react-query";
import { rolesQuery } from "@/api/teams";
import { Select } from "@/ui/inputs";
import { useRoleName } from "./roles";

const BUILT_IN = ["admin", "user", "viewer"];

/** The built-in roles, and those made here. */
export function useRoleNames(role?: string): string[] {
  const { data } = useQuery(rolesQuery());
  const all = data?.map((each) => each.name) ?? BUILT_IN;
  return role && !all.includes(role) ? [...all, role] : all;
}

interface RoleSelectProps {
  label: string;
  role: string;
  onChoose: (role: string) => void;
  disabled?: boolean;
}

export function RoleSelect({ label, role, onChoose, disabled }: RoleSelectProps) {
  const roleName = useRoleName();
  const names = useRoleNames(role);
  return (
    <Select
      aria-label={label}
      value={role}
      disabled={disabled}
      onChange={(event) => onChoose(event.target.value)}
      className="w-36!"
    >
      {names.map((name) => (
        <option key={name} value={name}>
          {roleName(name)}
        </option>
      ))}
    </Select>
  );
}
