<?php
// Has the bridge plugin ask another plugin-distribution than the platform names: the one whose address stands in plugin-distribution.txt.
add_filter(
	'option_igny8_bridge_pairing',
	function ( $pairing ) {
		$address = trim( file_get_contents( WP_CONTENT_DIR . '/plugin-distribution.txt' ) );
		return is_array( $pairing ) ? array( 'plugin_url' => $address ) + $pairing : $pairing;
	}
);
