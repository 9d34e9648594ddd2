/** A package as the bill of materials has it, as far as licences are concerned. */
export interface Component {
  'bom-ref': string;
  name: string;
  licenses?: { license?: { id?: string; name?: string }; expression?: string }[];
}

export function billOfMaterials(): { components: Component[] };
export function licenceOf(component: Component): string | undefined;
export function licenceFaults(bill: { components: Component[] }): string[];
