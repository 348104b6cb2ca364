<?php
/**
 * The plugin as a whole: wakes every module.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge;

/** Wake every module. */
function bootstrap(): void {
	add_action( 'init', __NAMESPACE__ . '\\load_translations' );

	Storage\bootstrap();
	Network\bootstrap();
	Log\bootstrap();
	Rest\bootstrap();
	Publishing\bootstrap();
	Media\bootstrap();
	Rendering\bootstrap();
	Reading\bootstrap();
	Watching\bootstrap();
	Structure\bootstrap();
	Doctor\bootstrap();
	Safe_Mode\bootstrap();
	Outbound\bootstrap();
	Updates\bootstrap();
	Site_Health\bootstrap();
	Screen\bootstrap();
	Privacy\bootstrap();
	if ( defined( 'WP_CLI' ) && WP_CLI ) {
		require_once __DIR__ . '/cli/namespace.php';
		Cli\bootstrap();
	}
}

/** Load the translations that came with the plugin. */
function load_translations(): void {
	load_plugin_textdomain( 'igny8-wp-bridge', false, dirname( plugin_basename( FILE ) ) . '/languages' );
}
